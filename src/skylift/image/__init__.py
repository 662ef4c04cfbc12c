"""What is shipped: layers that depend on nothing but their inputs, and the image made of them."""
