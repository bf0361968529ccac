module example.com/aggregate-sales

go 1.24
