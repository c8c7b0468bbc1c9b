import socket

from flask import Response, request


def hang_up() -> Response:
    """Close the connection unanswered. Werkzeug's server then fails to write and gives the connection up."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return Response("", 502, headers={"Connection": "close"})
