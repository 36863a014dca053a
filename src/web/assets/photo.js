// The photo under the layout's frame: dragged, zoomed and turned; the form carries the numbers.
"use strict";

const frame = document.getElementById("frame");
if (frame) {
  const field = (name) => document.querySelector(`#adjust [name=${name}]`);
  const brush = frame.getContext("2d");
  const photo = new Image();
  const ratio = Number(frame.dataset.ratio);
  frame.height = Math.round(frame.width / ratio);
  let quarter = 0;

  const values = () => ({ x: Number(field("x").value), y: Number(field("y").value), width: Number(field("width").value), turn: Number(field("turn").value) });
  const set = (name, value) => { field(name).value = String(Math.round(value * 1e5) / 1e5); };
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

  function draw() {
    const at = values();
    const scale = frame.width / (at.width * photo.naturalWidth);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.fillStyle = "#777";
    brush.fillRect(0, 0, frame.width, frame.height);
    brush.translate(frame.width / 2, frame.height / 2);
    brush.rotate(at.turn * Math.PI / 180);
    brush.scale(scale, scale);
    brush.translate(-at.x * photo.naturalWidth, -at.y * photo.naturalHeight);
    brush.drawImage(photo, 0, 0);
  }

  // The part that the station takes by itself: the largest, with more cut below than above.
  function whole() {
    const w = photo.naturalWidth, h = photo.naturalHeight;
    const wide = Math.min(w, h * ratio), high = wide / ratio;
    quarter = 0;
    set("x", 0.5); set("y", ((h - high) * 0.4 + high / 2) / h); set("width", wide / w); set("turn", 0);
    document.getElementById("tilt").value = "0";
    document.getElementById("zoom").max = String(wide / w);
    document.getElementById("zoom").min = String(wide / w / 4);
    document.getElementById("zoom").step = "0.001";
    document.getElementById("zoom").value = String(wide / w);
    draw();
  }

  function zoomTo(width) {
    const slider = document.getElementById("zoom");
    set("width", clamp(width, Number(slider.min), Number(slider.max) * 1.5));
    slider.value = field("width").value;
    draw();
  }

  function turn() {
    set("turn", quarter * 90 + Number(document.getElementById("tilt").value));
    draw();
  }

  let held = null;
  frame.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; frame.setPointerCapture(event.pointerId); });
  frame.addEventListener("pointerup", () => { held = null; });
  frame.addEventListener("pointermove", (event) => {
    if (!held) return;
    move(event.clientX - held[0], event.clientY - held[1]);
    held = [event.clientX, event.clientY];
  });
  function move(right, down) {
    const at = values(), angle = at.turn * Math.PI / 180;
    const pixels = at.width * photo.naturalWidth / frame.clientWidth;
    const across = (right * Math.cos(angle) + down * Math.sin(angle)) * pixels;
    const below = (-right * Math.sin(angle) + down * Math.cos(angle)) * pixels;
    set("x", clamp(at.x - across / photo.naturalWidth, 0, 1));
    set("y", clamp(at.y - below / photo.naturalHeight, 0, 1));
    draw();
  }
  frame.addEventListener("wheel", (event) => { event.preventDefault(); zoomTo(values().width * (event.deltaY > 0 ? 1.05 : 0.95)); }, { passive: false });
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] }[event.key];
    if (step) { event.preventDefault(); move(...step); }
    if (event.key === "+") zoomTo(values().width * 0.97);
    if (event.key === "-") zoomTo(values().width * 1.03);
  });
  document.getElementById("zoom").addEventListener("input", (event) => zoomTo(Number(event.target.value)));
  document.getElementById("tilt").addEventListener("input", turn);
  document.getElementById("left").addEventListener("click", () => { quarter = (quarter + 3) % 4; turn(); });
  document.getElementById("right").addEventListener("click", () => { quarter = (quarter + 1) % 4; turn(); });
  document.getElementById("reset").addEventListener("click", whole);
  for (const name of ["x", "y", "width", "turn"]) field(name).addEventListener("change", draw);
  photo.addEventListener("load", whole);
  photo.src = frame.dataset.photo;
}
