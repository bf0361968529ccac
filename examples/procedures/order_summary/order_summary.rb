require "date"

# An order in a line: its pieces, what they come to, and when it was placed
#
# @param [Integer] order_id
# @return [String, nil]
def order_summary(order_id)
  order = heliosdb_query("SELECT order_date FROM orders WHERE order_id = ?", [order_id]).first
  if order.nil?
    heliosdb_log("warn", "there is no order #{order_id}")
    return nil
  end
  items = heliosdb_query(
    "SELECT quantity, unit_price FROM order_items WHERE order_id = ?", [order_id]
  )
  pieces = items.sum { |item| item["quantity"] }
  total = items.sum(BigDecimal("0")) { |item| item["unit_price"] * item["quantity"] }
  placed = order["order_date"].strftime("%A %d.%m.%Y")
  "#{pieces} #{pieces == 1 ? 'piece' : 'pieces'}, #{total.round(2)}, placed on #{placed}"
end
