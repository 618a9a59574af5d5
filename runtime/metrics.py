"""What is counted. Labels are names of ours and of vendors, never anything that came in a body or a URL."""

from __future__ import annotations

from prometheus_client import REGISTRY, Counter, Gauge

from runtime.tally import Tally

RECEIVER = Tally()
REGISTRY.register(RECEIVER)
IN_FLIGHT = Gauge("hookline_receiver_in_flight", "Callbacks being received now.")
RECORDS = Counter("hookline_stage_records_total", "Records that a stage finished.", ["stage", "topic"])
STAGE_RETRIES = Counter("hookline_stage_retries_total", "Times a stage had to begin anew.", ["stage", "error"])
EVENTS = Counter("hookline_normalizer_events_total", "Verification events written.", ["vendor", "kind", "outcome"])
DUPLICATES = Counter("hookline_normalizer_duplicates_total", "Callbacks that said nothing new.", ["vendor"])
UNMAPPED = Counter("hookline_normalizer_unmapped_total", "Vendor words and fields that were not known.", ["vendor"])
DEAD_LETTERS = Counter("hookline_dead_letters_total", "Records that could not be processed.", ["stage", "reason"])
ALERTS = Counter("hookline_alerts_total", "Alerts raised.", ["rule", "severity"])
VENDOR_CALLS = Counter("hookline_vendor_calls_total", "Calls to vendors.", ["source", "result"])
FETCHED = Counter("hookline_fetch_documents_total", "Documents that were fetched and stored.", ["source"])
FETCH_WAITING = Gauge("hookline_fetch_waiting", "What is to be read at the vendor and held in memory.", ["source"])
FETCH_PAUSED = Gauge("hookline_fetch_paused_seconds", "For how long nothing is asked of this account.", ["source"])
RECONCILED = Counter("hookline_reconcile_requests_total", "Open verifications that were asked about.", ["source"])
CONSOLE_REQUESTS = Counter("hookline_console_requests_total", "Requests to the console.", ["method", "route", "status"])
ACTIONS = Counter("hookline_actions_total", "Actions that ended, by how.", ["source", "action", "state"])
ALERT_DELIVERIES = Counter(
    "hookline_alert_deliveries_total", "What became of alerts on their way to a channel.", ["channel", "result"]
)
ALERTS_WAITING = Gauge("hookline_alert_deliveries_waiting", "Alerts that this channel has not taken yet.", ["channel"])
CHANNEL_PAUSED = Gauge("hookline_alert_channel_paused_seconds", "For how long this channel is left alone.", ["channel"])
