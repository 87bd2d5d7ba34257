"""Speaks to a simulator as the documents say, with httpx alone."""

from __future__ import annotations

import base64
import io

import httpx
from PIL import Image

JOB_SECONDS = 63.5
V1 = "/api/v1"
REGION = "Vary (Region)"


class Caller:
    """One user of the simulator, with the right key unless told otherwise."""

    def __init__(self, sim, key=None):
        self.sim = sim
        headers = {"Authorization": f"Bearer {key or sim.key}"}
        self.http = httpx.Client(base_url=sim.url, headers=headers, timeout=10, trust_env=False)

    def get(self, path, **query):
        return self.http.get(path, params=query)

    def post(self, path, body, **headers):
        return self.http.post(path, json=body, headers=headers)

    def imagine(self, prompt="a fox", **more):
        return self.post(f"{V1}/nova/imagine", {"prompt": prompt, **more})

    def press(self, message_id, button, **more):
        return self.post(f"{V1}/nova/button", {"messageId": message_id, "button": button, **more})

    def fetch(self, message_id):
        return self.get(f"{V1}/message/fetch/{message_id}").json()

    def done(self, reply):
        """The finished job of a submission's reply, with simulated time passing."""
        self.sim.clock.advance(JOB_SECONDS)
        return self.fetch(reply.json()["messageId"])

    def upscale(self, prompt="a fox", button="U2"):
        """A finished upscale, from its beginning."""
        return self.done(self.press(self.done(self.imagine(prompt))["messageId"], button))

    def region(self, box=(40, 60, 120, 160), prompt="a cat", parent=None, **more):
        """The finished Vary (Region) of `parent`, or of a new upscale."""
        parent = parent or self.upscale()
        mask = encoded(masked(picture(parent["uri"]).size, box))
        return self.done(self.press(parent["messageId"], REGION, mask=mask, prompt=prompt, **more))


def content(url):
    return httpx.get(url, timeout=10, trust_env=False)


def picture(url):
    return Image.open(io.BytesIO(content(url).content)).convert("RGB")


def masked(size, box, mode="RGB"):
    mask = Image.new(mode, size)
    mask.paste("white" if mode != "L" else 255, box)
    return mask


def encoded(image, **options):
    file = io.BytesIO()
    image.save(file, **({"format": "PNG"} | options))
    return base64.b64encode(file.getvalue()).decode()


def tiles(grid):
    wide, high = grid.width // 2, grid.height // 2
    corners = ((0, 0), (wide, 0), (0, high), (wide, high))
    return [grid.crop((x, y, x + wide, y + high)) for x, y in corners]
