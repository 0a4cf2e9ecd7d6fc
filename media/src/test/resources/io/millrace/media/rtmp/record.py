"""Records what a publisher writes: record.py OUT.bin PORT COMMAND... ; nginx-rtmp answers behind it."""
import socket, subprocess, sys, threading, time, os, tempfile
out, port, cmd = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
d = tempfile.mkdtemp()
back = port + 1
conf = f"""load_module /usr/lib/nginx/modules/ngx_rtmp_module.so; daemon off; worker_processes 1; pid {d}/pid; error_log {d}/err; events {{}}
rtmp {{ server {{ listen 127.0.0.1:{back}; chunk_size 4096; application live {{ live on; }} }} }}"""
open(d + "/c", "w").write(conf)
ng = subprocess.Popen(["/usr/sbin/nginx", "-c", d + "/c", "-p", d])
time.sleep(1)
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); l.bind(("127.0.0.1", port)); l.listen(1)
p = subprocess.Popen(cmd)
c, _ = l.accept()
s = socket.create_connection(("127.0.0.1", back))
def pump(a, b, f=None):
    try:
        while True:
            x = a.recv(65536)
            if not x: break
            if f: f.write(x); f.flush()
            b.sendall(x)
    except OSError: pass
    try: b.shutdown(socket.SHUT_WR)
    except OSError: pass
f = open(out, "wb")
t = threading.Thread(target=pump, args=(s, c)); t.start()
pump(c, s, f)
p.wait(20); ng.terminate(); t.join(5)
print(cmd[0], "rc", p.returncode, os.path.getsize(out))
