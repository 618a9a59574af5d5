"""The words that the stages speak: callbacks, verification events, alerts, dead letters, topics, contracts."""
