"""The fourth door: what people and services ask of a vendor goes through here, is allowed to those who may, and lands
on the log with its answer.
"""
