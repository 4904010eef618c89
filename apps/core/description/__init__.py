"""What is made from the description of the REST API, so that it never lags behind: the description as a file, a
Postman collection, the operations of the Python client; and what a change of it would break."""
