#!/usr/bin/env python3
"""Follows a live playlist by blocking reloads, and prints how long after its end each part is listed: listed.py URL SECONDS.

The end of a part is its PROGRAM-DATE-TIME plus the durations of the parts before it and its own: the clock of ingest, which must be
that of this machine. The first five parts are not counted.
"""
import datetime
import http.client
import re
import sys
import time
import urllib.parse


def parts(playlist):
    """Returns the number of the segment that is next, the number of its parts so far, and the end of the newest part, s since 1970."""
    segment, count, end = int(re.search(r"MEDIA-SEQUENCE:(\d+)", playlist)[1]), 0, None
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
            end = datetime.datetime.fromisoformat(line.split(":", 1)[1].replace("Z", "+00:00")).timestamp()
        elif line.startswith("#EXT-X-PART:"):
            end, count = end + float(re.search(r"DURATION=([\d.]+)", line)[1]), count + 1
        elif line.startswith("#EXTINF:") and count == 0:
            end += float(line[8:].split(",")[0])
        elif line and not line.startswith("#"):
            segment, count = segment + 1, 0
    return segment, count, end


url = urllib.parse.urlparse(sys.argv[1])
edge = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
until = time.time() + float(sys.argv[2])
wanted, late = "", []
while time.time() < until:
    edge.request("GET", f"{url.path}?{url.query}{'&' if url.query else ''}{wanted}")
    answer = edge.getresponse()
    text = answer.read().decode()
    now = time.time()
    if answer.status != 200:
        sys.exit(f"status {answer.status} for {wanted}: {text[:200]}")
    segment, count, end = parts(text)
    late.append((now - end) * 1000)
    wanted = f"_HLS_msn={segment}&_HLS_part={count}"
late = sorted(late[5:])
print(f"{len(late)} | {late[0]:.0f} / {late[len(late) // 2]:.0f} / {late[int(len(late) * 0.99)]:.0f} / {late[-1]:.0f}")
