from backend.app import create_app
from backend.wiring import production_runtime

app = create_app(production_runtime())
