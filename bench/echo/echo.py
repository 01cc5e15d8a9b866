#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every echo and ultrasound sample beside an independent decoder, as a Markdown table; then decode rates on one core.

The decoders: Pillow (JPEG, JPEG 2000) and numpy (native, RLE, palette) on what pydicom reads, DCMTK's dcmj2pnm (lossless JPEG, JPEG-LS,
grey with a window), ffmpeg (video and JPEG XL)."""
import argparse
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import pydicom
from PIL import Image

from pydicom.encaps import decode_data_sequence, generate_pixel_data_frame
from pydicom.pixel_data_handlers.util import apply_color_lut, convert_color_space

FFMPEG = ["-sws_flags", "bilinear+accurate_rnd+full_chroma_int+full_chroma_inp", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24"]


def ffmpeg(source, rows, columns, data=None, kind=()):
    run = subprocess.run(["ffmpeg", "-v", "error", *kind, "-i", source, *FFMPEG, "-"], input=data, stdout=subprocess.PIPE, check=True)
    return np.frombuffer(run.stdout, np.uint8)[: rows * columns * 3].reshape(rows, columns, 3)


def dcmtk(path):
    with tempfile.NamedTemporaryFile(suffix=".ppm") as out:
        subprocess.run(["dcmj2pnm", "--write-raw-pnm", "+Wi", "1", "--frame", "1", str(path), out.name], check=False,
                       stderr=subprocess.DEVNULL)
        if os.path.getsize(out.name) == 0:
            subprocess.run(["dcmj2pnm", "--write-raw-pnm", "--frame", "1", str(path), out.name], check=True, stderr=subprocess.DEVNULL)
        return np.asarray(Image.open(out.name).convert("RGB"))


def independent(path, facts):
    """First frame as RGB, and who decoded it."""
    rows, columns = facts["rows"], facts["columns"]
    if path.suffix in (".avi", ".mp4"):
        return ffmpeg(str(path), rows, columns), "ffmpeg"
    data = pydicom.dcmread(path, force=True)
    uid = str(getattr(data.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2")) if hasattr(data, "file_meta") else "1.2.840.10008.1.2"
    tail = uid.removeprefix("1.2.840.10008.1.2")
    frames = int(data.get("NumberOfFrames", 1) or 1)
    photometric = data.get("PhotometricInterpretation", "")
    if tail.startswith((".4.100", ".4.101", ".4.102", ".4.103", ".4.104", ".4.105", ".4.106", ".4.107", ".4.108")):
        with tempfile.NamedTemporaryFile(suffix=".bin") as out:
            out.write(b"".join(decode_data_sequence(data.PixelData)))
            out.flush()
            return ffmpeg(out.name, rows, columns), "ffmpeg"
    if tail.startswith(".4.11"):
        frame = next(iter(generate_pixel_data_frame(data.PixelData, frames)))
        with tempfile.NamedTemporaryFile(suffix=".jxl") as out:
            out.write(frame)
            out.flush()
            return ffmpeg(out.name, rows, columns), "ffmpeg (libjxl)"
    if tail in (".4.80", ".4.81"):
        with tempfile.NamedTemporaryFile(suffix=".dcm") as out:
            subprocess.run(["dcmdjpls", str(path), out.name], check=True, stderr=subprocess.DEVNULL)
            return dcmtk(out.name), "DCMTK"
    if "PixelData" not in data:  # cut short: the first JPEG image in the file is the frame
        whole = path.read_bytes()
        return np.asarray(Image.open(io.BytesIO(whole[whole.index(b"\xff\xd8\xff"):])).convert("RGB")), "Pillow"
    if (photometric.startswith("MONOCHROME") and tail not in (".4.90", ".4.91")) or tail in (".4.57", ".4.70", ".1.99"):
        return dcmtk(path), "DCMTK"
    if tail in (".4.50", ".4.51", ".4.90", ".4.91"):
        frame = next(iter(generate_pixel_data_frame(data.PixelData, frames)))
        return np.asarray(Image.open(io.BytesIO(frame)).convert("RGB")), "Pillow"
    pixels = data.pixel_array
    if frames > 1:
        pixels = pixels[0]
    if photometric == "PALETTE COLOR":
        shown = apply_color_lut(pixels, data)
        return (shown >> 8 if shown.max() > 255 else shown).astype(np.uint8), "pydicom"
    if photometric.startswith("YBR"):
        pixels = convert_color_space(pixels, "YBR_FULL", "RGB")
    return pixels.astype(np.uint8), "pydicom"


def table(program, data, out):
    samples = []
    for folder in ("echo_multiframe", "echo_still", "us_other", "burned_in_phi_test_names", "echo_3d", "derived"):
        for path in sorted((data / folder).rglob("*")) if (data / folder).is_dir() else []:
            if path.is_file() and (path.suffix in (".dcm", ".avi", ".mp4", "") or folder == "us_other") and "ecg" not in path.name:
                samples.append(path)
    print("| sample | syntax | photometric | size, frames | rate (source) | regions | first frame beside | largest difference | colour |")
    print("|---|---|---|---|---|---|---|---|---|")
    worst = 0
    for path in samples:
        name = str(path.relative_to(data))
        ppm = out / "ours.ppm"
        ppm.unlink(missing_ok=True)
        run = subprocess.run([program, "facts", str(path), str(ppm)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        facts = json.loads(run.stdout) if run.stdout.strip() else {"error": "no answer"}
        if "rows" not in facts:
            print(f"| {name} | – | – | – | – | – | – | – | refused: {facts.get('error')} |")
            continue
        ours = np.asarray(Image.open(ppm))
        try:
            theirs, who = independent(path, facts)
            difference = int(np.abs(ours.astype(int) - theirs.astype(int)).max()) if ours.shape == theirs.shape else f"size {theirs.shape}"
        except Exception as problem:  # the peer can't read it
            who, difference = "–", f"peer: {type(problem).__name__}"
        if isinstance(difference, int):
            worst = max(worst, difference)
        rate = f"{facts['fps']:.1f} ({facts['timing']})" if facts.get("fps") else "–"
        print(f"| {name} | {facts['syntax']} | {facts['photometric']}, {facts['bits']} bit | {facts['columns']}×{facts['rows']}, {facts['frames']} "
              f"| {rate} | {facts['regions']} | {who} | {difference} | {facts['colour']} |", flush=True)
    print(f"\nlargest difference of all: {worst}\n")


def pillow_rate(path):
    best = 0
    for _ in range(3):
        start = time.perf_counter()
        data = pydicom.dcmread(path)
        n = int(data.get("NumberOfFrames", 1) or 1)
        for frame in generate_pixel_data_frame(data.PixelData, n):
            np.asarray(Image.open(io.BytesIO(frame)).convert("RGB"))
        best = max(best, n / (time.perf_counter() - start))
    return best


def rates(program, data):
    print("| JPEG clip, frames/s on one core | ours | pydicom + Pillow | DCMTK |\n|---|---|---|---|")
    for name in ("toshiba_plax_2d.dcm", "toshiba_a4c_colour.dcm", "hp_pediatric_01.dcm", "examples_ybr_color.dcm"):
        path = data / "echo_multiframe" / name
        ours, theirs = subprocess.run([program, "decode", str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        try:
            pillow = f"{pillow_rate(path):.0f}"
        except Exception as problem:
            pillow = type(problem).__name__
        print(f"| {name} | {float(ours):.0f} | {pillow} | {float(theirs):.0f} |", flush=True)
    middle, longest = subprocess.run([program, "first", str(data / "echo_multiframe/toshiba_plax_2d.dcm")], stdout=subprocess.PIPE,
                                     text=True, check=True).stdout.split()
    print(f"\nopen and first frame of toshiba_plax_2d.dcm (64 frames of 800×600, JPEG): {middle} ms, at most {longest} ms of 9 (target < 300)")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bin", default="build/release/bin", type=pathlib.Path)
    options.add_argument("--data", default=pathlib.Path(os.environ.get("ECHO2ECG_SHARED", "../shared")) / "data", type=pathlib.Path)
    arguments = options.parse_args()
    program = str(arguments.bin / "e2e_bench_echo")
    if not arguments.data.is_dir():
        print("shared data is absent: skipped")
        return 0
    print(f"pydicom {pydicom.__version__}, Pillow {Image.__version__}\n")
    with tempfile.TemporaryDirectory() as out:
        table(program, arguments.data, pathlib.Path(out))
    rates(program, arguments.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
