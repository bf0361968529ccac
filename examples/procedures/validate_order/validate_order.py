from heliosdb_wasm import heliosdb_query, heliosdb_log, heliosdb_error

def validate_order(order_id: int) -> bool:
    """Validate an order has all required items in stock"""

    # Get order items
    query = f"""
        SELECT product_id, quantity
        FROM order_items
        WHERE order_id = {order_id}
    """

    items = heliosdb_query(query)

    # Check inventory for each item
    for item in items:
        product_id = item['product_id']
        quantity = item['quantity']

        inventory_query = f"""
            SELECT available_quantity
            FROM inventory
            WHERE product_id = {product_id}
        """

        inventory = heliosdb_query(inventory_query)
        available = inventory[0]['available_quantity']

        if available < quantity:
            heliosdb_log('warn', f'Insufficient stock for product {product_id}')
            return False

    heliosdb_log('info', f'Order {order_id} validated successfully')
    return True
