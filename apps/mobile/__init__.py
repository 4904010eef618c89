"""The courier's surface: the mobile API, made for bad networks. It calls services and holds no business rules."""
