# SPDX-License-Identifier: GPL-3.0-or-later
"""What the published Python pipelines do before the networks: ECG with SciPy, DICOM clips with pydicom and OpenCV.

usage: preparation.py FOLDER [CLIP]
"""
import sys

import cv2
import numpy as np
import pydicom
from pydicom.pixel_data_handlers import pillow_handler
from scipy import sparse
from scipy.sparse.linalg import spsolve

from lines import answer_lines

MEAN = np.array([29.110628, 28.076836, 29.096405], dtype=np.float32).reshape(3, 1, 1, 1)
STD = np.array([47.989223, 46.456997, 47.20083], dtype=np.float32).reshape(3, 1, 1, 1)


def baseline(lead, smoothness=1e7, asymmetry=0.3, rounds=5):
    n = len(lead)
    differences = sparse.diags([1, -2, 1], [0, -1, -2], shape=(n, n - 2))
    penalty = smoothness * differences.dot(differences.transpose())
    weights = np.ones(n)
    for _ in range(rounds):
        system = sparse.spdiags(weights, 0, n, n) + penalty
        curve = spsolve(sparse.csc_matrix(system), weights * lead)
        weights = asymmetry * (lead > curve) + (1 - asymmetry) * (lead < curve)
    return curve


def process_ecg(ecg):
    ecg = np.nan_to_num(ecg)
    level = 4 * ecg.std()
    ecg = np.clip(ecg, -level, level)
    for i, lead in enumerate(ecg):
        ecg[i] = lead - baseline(lead.astype(np.float64)).astype(np.float32)
    for first, last in ((0, 3), (3, 6), (6, 12)):
        group = ecg[first:last]
        ecg[first:last] = (group - group.mean()) / np.sqrt(group.var() + 1e-12)
    return ecg


def mask_outside_ultrasound(frames):
    """The published mask: from what is always lit and what differs between the first and the last frame."""
    frames = frames.copy()
    first = cv2.cvtColor(cv2.cvtColor(frames[0].astype(np.float32), cv2.COLOR_YUV2RGB), cv2.COLOR_RGB2GRAY)
    count = (first > 0).astype(np.float64)
    greys = []
    for i in range(len(frames)):
        frames[i] = cv2.cvtColor(frames[i], cv2.COLOR_YUV2BGR)
        grey = cv2.cvtColor(frames[i], cv2.COLOR_BGR2GRAY)
        greys.append(grey)
        count += grey > 0
    three = np.ones((3, 3), np.uint8)
    lit = cv2.erode(count.astype(np.uint8), three, iterations=10) > 0
    moving = greys[0] != greys[-1]
    moving[:20, :20] = False
    mask = cv2.dilate((lit & moving).astype(np.uint8), three, iterations=10)
    cv2.floodFill(mask, None, (0, 0), 100)
    mask = np.where(mask == 100, 0, 255).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        cv2.drawContours(mask, [cv2.convexHull(contour)], -1, 255, 3)
    mask = (mask > 0).astype(np.uint8)
    cv2.floodFill(mask, None, (0, 0), 100)
    mask = (mask != 100).astype(np.uint8)
    for i in range(len(frames)):
        frames[i] = cv2.bitwise_and(frames[i], frames[i], mask=mask)
    return frames


def crop_and_scale(frame, size=224, zoom=0.1):
    height, width = frame.shape[:2]
    if width > height:
        cut = round((width - height) / 2)
        frame = frame[:, cut:-cut]
    elif height > width:
        cut = round((height - width) / 2)
        frame = frame[cut:-cut]
    y, x = int(zoom * frame.shape[0]), int(zoom * frame.shape[1])
    return cv2.resize(frame[y:-y, x:-x], (size, size), interpolation=cv2.INTER_CUBIC)


def clip_to_tensor(file):
    pixels = pydicom.dcmread(file).pixel_array
    pixels = mask_outside_ultrasound(pixels)
    small = np.zeros((len(pixels), 224, 224, 3))
    for i, frame in enumerate(pixels):
        small[i] = crop_and_scale(frame)
    tensor = as_float32(small)
    tensor -= MEAN
    tensor /= STD
    if tensor.shape[1] < 32:
        tensor = np.concatenate((tensor, np.zeros((3, 32 - tensor.shape[1], 224, 224), np.float32)), axis=1)
    return tensor[:, 0:32:2]


def as_float32(frames):
    """The published code goes through a float tensor that is permuted to channels first."""
    return np.ascontiguousarray(frames.astype(np.float32).transpose(3, 0, 1, 2))


def main():
    folder, other = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    pydicom.config.pixel_data_handlers = [pillow_handler]  # the fastest of those that Debian has
    ecg = np.fromfile(f"{folder}/ecg.f32", dtype="<f4").reshape(12, 5000)
    answer_lines({
        "ecg_prep": lambda: process_ecg(ecg)[:, :1008],
        "clip60": lambda: clip_to_tensor(f"{folder}/clip60.dcm"),
        "clip": lambda: clip_to_tensor(other),
    }, {"ecg_prep": lambda ecg: np.square(ecg.astype(np.float64)).mean()})


main()
