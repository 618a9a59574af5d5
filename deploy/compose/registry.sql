-- Run once, by the image of PostgreSQL, on an empty data folder: the schema registry has a database of its own.
CREATE DATABASE registry;
