package main

import (
	"fmt"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

// Sales between two days: revenue, number of orders, their average and each day's figures
//
//export aggregate_sales
func aggregateSales(startDate string, endDate string) map[string]interface{} {
	// Query sales data
	query := fmt.Sprintf(`
		SELECT
			DATE(order_date) as date,
			SUM(total) as daily_total,
			COUNT(*) as order_count,
			AVG(total) as avg_order_value
		FROM orders
		WHERE order_date BETWEEN '%s' AND '%s'
		GROUP BY DATE(order_date)
		ORDER BY date
	`, startDate, endDate)

	results := heliosdb.Query(query)

	// Calculate summary statistics
	var totalRevenue float64
	var totalOrders int

	for _, row := range results {
		totalRevenue += row["daily_total"].(float64)
		totalOrders += row["order_count"].(int)
	}

	heliosdb.Log("info", fmt.Sprintf(
		"Aggregated %d orders totaling $%.2f",
		totalOrders, totalRevenue,
	))

	return map[string]interface{}{
		"total_revenue":   totalRevenue,
		"total_orders":    totalOrders,
		"avg_order_value": totalRevenue / float64(totalOrders),
		"daily_breakdown": results,
	}
}

func main() {}
