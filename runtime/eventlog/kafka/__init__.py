"""The log past one machine: Apache Kafka, by aiokafka. What aiokafka gets wrong is dealt with here, and said where."""
