package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"rollcall/bot"
	"rollcall/core"
	"rollcall/statuspage"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

// How long each part may take to end. Together they make the ten seconds that a service manager waits.
const (
	botGrace   = 6 * time.Second
	pageGrace  = 2 * time.Second
	tidyGrace  = 500 * time.Millisecond
	copyGrace  = 500 * time.Millisecond // a copy under way is given up and removed
	storeGrace = 1000 * time.Millisecond
)

// server is what serve and demo have in common: one database, the domain over it, the bot and the status page.
type server struct {
	log     *slog.Logger
	metrics *metrics
	core    *core.Service
	bot     *bot.Bot
	slack   *bot.Client
	page    *statuspage.Site
	copies  *snapshots
	door    net.Listener
	baseURL string // of the status page, without a final slash
}

// open opens and wires the parts of a server. It adds to house whatever has to be closed again, also when it fails.
func open(ctx context.Context, cfg config, log *slog.Logger, house *parts) (*server, error) {
	return openAt(ctx, cfg, time.Now, log, house)
}

// dialling ends a socket's handshake that is never answered like any other call; by itself slack-go would wait for 45 s.
// The buffer holds the longest acknowledgement in one frame, since Slack does not put several together again.
func dialling(wait time.Duration) []socketmode.Option {
	return []socketmode.Option{socketmode.OptionDialer(&websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: cmp.Or(wait, bot.CallWait), WriteBufferSize: 32 << 10,
	})}
}

// openAt is open by another clock than the world's.
func openAt(ctx context.Context, cfg config, now func() time.Time, log *slog.Logger, house *parts) (*server, error) {
	store, err := openDatabase(cfg.db)
	if err != nil {
		return nil, err
	}
	house.open(part{name: "store", limit: storeGrace, close: func(context.Context) error { return store.Close() }})

	s := &server{log: log, metrics: newMetrics()}
	s.slack = bot.NewClient(bot.Account{
		AppToken: cfg.appToken.reveal(), BotToken: cfg.botToken.reveal(), APIURL: cfg.slackAPI,
		Log: log, Now: time.Now, Jitter: mathrand.Float64, Wait: cfg.slackWait, Socket: dialling(cfg.slackWait),
	})
	domain, err := domainConfig(cfg)
	if err != nil {
		return nil, err
	}
	domain.Now, domain.People = now, s.slack
	if s.core, err = openDomain(ctx, store, cfg.db, domain, log); err != nil {
		return nil, forPeople(err)
	}

	if s.door, err = listen("ROLLCALL_HTTP", cfg.http); err != nil {
		return nil, err
	}
	house.open(part{name: "door", limit: pageGrace, close: func(context.Context) error {
		if err := s.door.Close(); !errors.Is(err, net.ErrClosed) { // the page closes it too
			return err
		}
		return nil
	}})
	if s.baseURL = cfg.baseURL; s.baseURL == "" {
		s.baseURL = "http://" + fromHere(s.door.Addr().String())
	}
	s.copies = &snapshots{cfg: cfg, store: store, core: s.core, now: now, log: log}
	s.bot = bot.New(bot.Config{
		Core: s.core, Log: log, Now: now, Jitter: mathrand.Float64, BaseURL: s.baseURL,
		Meter: s.metrics, Files: s.slack, Backup: s.copies.take,
	})
	if s.page, err = statuspage.New(s.pageConfig(cfg)); err != nil {
		return nil, err
	}
	s.metrics.watch(s.core, s.bot.Ready, log)
	return s, s.openAdmin(cfg, house)
}

// openAdmin serves the metrics where the settings say so.
func (s *server) openAdmin(cfg config, house *parts) error {
	if cfg.adminHTTP == "" {
		return nil
	}
	door, err := listen("ROLLCALL_ADMIN_HTTP", cfg.adminHTTP)
	if err != nil {
		return err
	}
	s.log.Info("metrics are served", "address", "http://"+door.Addr().String()+"/metrics")
	house.open(part{name: "metrics", limit: pageGrace, run: func(ctx context.Context) error { return s.metrics.serve(ctx, door) }})
	return nil
}

// listen opens the door at the address that a setting gives.
func listen(setting, address string) (net.Listener, error) {
	door, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens at %s already: stop it, or set %s to another address", address, setting)
	case err != nil:
		return nil, fmt.Errorf("nothing can listen at %s, which %s says: %w", address, setting, err)
	}
	return door, nil
}

func (s *server) pageConfig(cfg config) statuspage.Config {
	base, err := url.Parse(s.baseURL)
	if err != nil {
		base = &url.URL{Scheme: "http", Host: s.door.Addr().String()} // the setting was checked; this is the address itself
	}
	return statuspage.Config{
		Views: s.core, Gate: s.core,
		Open: cfg.access == accessOpen, BaseURL: base, Proxies: cfg.trustedProxies,
		Now: time.Now, NewRef: newRef, Jitter: mathrand.Float64,
		Log: s.log, Meter: s.metrics, Build: strings.TrimPrefix(versionLine(), "rollcall "),
		Ready: func(context.Context) error { return s.bot.Ready() },
	}
}

// start lets the parts run, the bot last: it brings in the work.
func (s *server) start(house *parts) {
	house.open(part{name: "tidying", limit: tidyGrace, run: s.tidy})
	if s.copies.cfg.backupDir != "" {
		house.open(part{name: "backups", limit: copyGrace, run: s.copies.run})
	}
	house.open(part{name: "status page", limit: pageGrace, run: func(ctx context.Context) error { return s.page.Serve(ctx, s.door, pageGrace) }})
	house.open(part{name: "bot", limit: botGrace, run: func(ctx context.Context) error { return s.bot.Run(ctx, s.slack) }})
}

// tidy drops once an hour what has served its time: old request keys, links and sessions.
func (s *server) tidy(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if err := s.core.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("tidying failed", "err", err)
		}
		select {
		case <-hourly.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// newRef is what ties an error page or answer to its line in the log.
func newRef() string { return strings.ToLower(rand.Text()[:8]) }

// newLog writes to w in the format and from the level of the settings.
func newLog(cfg config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.logLevel}
	if cfg.logJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
