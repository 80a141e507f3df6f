# The image holds one static binary, certificates to reach Slack with, and nothing else; zone data is in the binary.
#
#   docker build -t rollcall .
#   docker run -v rollcall:/data -p 8080:8080 --env-file rollcall.env rollcall

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/rollcall ./cmd/rollcall && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/rollcall /rollcall
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV ROLLCALL_HTTP=0.0.0.0:8080 ROLLCALL_DB=/data/rollcall.db
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/rollcall", "healthcheck"]
ENTRYPOINT ["/rollcall"]
CMD ["serve"]
