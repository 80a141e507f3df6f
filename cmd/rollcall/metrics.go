package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rollcall/bot"
	"rollcall/core"
)

// metrics counts what the parts do, in Prometheus' form. Labels are names of commands, routes and codes: never of
// people, customers or releases. It implements the Meters of the bot and of the status page.
type metrics struct {
	registry     *prometheus.Registry
	operations   *prometheus.HistogramVec
	acknowledged prometheus.Histogram
	deliveries   *prometheus.CounterVec
	connections  *prometheus.CounterVec
	answers      *prometheus.HistogramVec
	renders      *prometheus.HistogramVec
}

func newMetrics() *metrics {
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help,
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.2, 3, 10}}, labels)
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry:   prometheus.NewRegistry(),
		operations: histogram("rollcall_requests_seconds", "Requests from Slack, by command, door and code; code is empty when nothing was wrong.", "op", "via", "code"),
		acknowledged: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rollcall_acknowledgement_seconds",
			Help:    "From an envelope of Slack's to its acknowledgement. Slack waits three seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.2, 2, 3}}),
		deliveries:  counter("rollcall_deliveries_total", "Tries to post a notice or a board, by what came of them.", "what", "came"),
		connections: counter("rollcall_slack_connections_total", "Socket Mode connections: those that came up, and tries that failed.", "result"),
		answers:     histogram("rollcall_http_request_seconds", "Requests to the status page, by route and status.", "route", "code"),
		renders:     histogram("rollcall_http_render_seconds", "Pages that had to be laid out, by page.", "page"),
	}
	m.registry.MustRegister(m.operations, m.acknowledged, m.deliveries, m.connections, m.answers, m.renders,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Operation implements bot.Meter.
func (m *metrics) Operation(op string, via core.Via, code core.Code, took time.Duration) {
	m.operations.WithLabelValues(op, string(via), string(code)).Observe(took.Seconds())
}

// Acknowledged implements bot.Meter.
func (m *metrics) Acknowledged(took time.Duration) { m.acknowledged.Observe(took.Seconds()) }

// Delivered implements bot.Meter.
func (m *metrics) Delivered(what string, came bot.Delivery) {
	m.deliveries.WithLabelValues(what, string(came)).Inc()
}

// Connection implements bot.Meter.
func (m *metrics) Connection(up bool) {
	result := "failed"
	if up {
		result = "up"
	}
	m.connections.WithLabelValues(result).Inc()
}

// Answered implements statuspage.Meter.
func (m *metrics) Answered(route string, status int, took time.Duration) {
	m.answers.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Rendered implements statuspage.Meter.
func (m *metrics) Rendered(page string, took time.Duration) {
	m.renders.WithLabelValues(page).Observe(took.Seconds())
}

// backlogged is what can tell how much waits for Slack.
type backlogged interface {
	Backlog(context.Context) (core.Backlog, error)
}

// watch adds what is looked up each time somebody asks: the backlog, and whether all is well.
func (m *metrics) watch(c backlogged, ready func() error, log *slog.Logger) {
	m.registry.MustRegister(&present{core: c, ready: ready, log: log})
}

// present reads the state of things for each scrape.
type present struct {
	core  backlogged
	ready func() error
	log   *slog.Logger
}

var (
	readyDesc   = prometheus.NewDesc("rollcall_ready", "1 while Slack's socket is up and deliveries go on.", nil, nil)
	noticesDesc = prometheus.NewDesc("rollcall_outbox_notices", "Notices that wait to be posted.", nil, nil)
	parkedDesc  = prometheus.NewDesc("rollcall_outbox_parked", "Notices that were given up.", nil, nil)
	boardsDesc  = prometheus.NewDesc("rollcall_outbox_boards", "Boards that no longer say what is.", nil, nil)
	oldestDesc  = prometheus.NewDesc("rollcall_outbox_oldest_timestamp_seconds", "When the oldest waiting notice was written; absent when none waits.", nil, nil)
)

// Describe implements prometheus.Collector.
func (p *present) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{readyDesc, noticesDesc, parkedDesc, boardsDesc, oldestDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What cannot be counted is left out, so that a gap shows.
func (p *present) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	up := 0.0
	if p.ready() == nil {
		up = 1
	}
	gauge(readyDesc, up)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	b, err := p.core.Backlog(ctx)
	if err != nil {
		p.log.Warn("the backlog cannot be counted", "err", err)
		return
	}
	gauge(noticesDesc, float64(b.Notices))
	gauge(parkedDesc, float64(b.Parked))
	gauge(boardsDesc, float64(b.Boards))
	if !b.Oldest.IsZero() {
		gauge(oldestDesc, float64(b.Oldest.Unix()))
	}
}

// serve answers /metrics on door until ctx ends.
func (m *metrics) serve(ctx context.Context, door net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 5 * time.Second}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	context.AfterFunc(ctx, func() { _ = srv.Close() }) // whoever scrapes comes again
	if err := srv.Serve(door); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
