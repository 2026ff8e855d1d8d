"""The API's own description: what FastAPI knows, and what the routes' doors and the resources tell beside it."""
