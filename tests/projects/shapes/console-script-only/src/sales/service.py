def serve():
    from http.server import HTTPServer, SimpleHTTPRequestHandler

    HTTPServer(("127.0.0.1", 8080), SimpleHTTPRequestHandler).serve_forever()
