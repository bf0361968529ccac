package heliosdb

// MetricCount adds to a count that heliosdb_custom_metrics() shows.
func MetricCount(name string, amount int64) error { return check(metricCount(name, amount)) }

// MetricObserve reports a measured value, of which number, total, least, greatest and mean are kept.
func MetricObserve(name string, value float64) error { return check(metricObserve(name, value)) }
