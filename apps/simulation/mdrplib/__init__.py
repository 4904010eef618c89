"""Reading instances of the Meal Delivery Routing Problem library (https://github.com/grubhub/mdrplib)."""
