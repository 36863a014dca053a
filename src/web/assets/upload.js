// Files and folders dragged onto the page, the progress of sending them, and of their check.
"use strict";

const form = document.getElementById("upload");
if (form) {
  const bar = document.getElementById("uploading-bar");
  const wrong = document.getElementById("upload-error");
  const tell = (text) => { wrong.textContent = text; wrong.hidden = false; document.getElementById("uploading").hidden = true; };

  // Everything below a dragged folder, each file with its path.
  async function below(entry, path) {
    if (entry.isFile) return [[await new Promise((done, fail) => entry.file(done, fail)), path + entry.name]];
    const reader = entry.createReader(), found = [];
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (some.length === 0) return found;
      for (const inner of some) found.push(...await below(inner, path + entry.name + "/"));
    }
  }

  function send(files) {
    if (files.length === 0) return;
    const most = Number(form.dataset.most), size = files.reduce((sum, [file]) => sum + file.size, 0);
    if (size > most * 1024 * 1024) { tell(`${form.dataset.large} ${most}`); return; }
    const data = new FormData();
    const first = files[0][1];
    const table = files.find(([, path]) => /\.(xlsx|csv|zip)$/i.test(path) && !path.includes("/"));
    data.append("name", first.includes("/") ? first.split("/")[0] : (table ?? files[0])[1]);
    for (const [file, path] of files) data.append("files", file, path);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("accept", "text/html");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.lengthComputable ? event.loaded / event.total * 100 : 0;
    });
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      // A refusal is told once, on the page that this request was sent on to.
      const refusal = page.querySelector("main > .notice.bad[role=status]");
      if (refusal) { tell(refusal.textContent); return; }
      if (request.status < 400) { location.href = request.responseURL; return; }
      tell(page.querySelector("main")?.innerText.trim() || form.dataset.failed);
    });
    request.addEventListener("error", () => tell(form.dataset.failed));
    wrong.hidden = true;
    document.getElementById("uploading").hidden = false;
    request.send(data);
  }

  const picked = (input) => [...input.files].map((file) => [file, file.webkitRelativePath || file.name]);
  for (const id of ["files", "folder"]) {
    const input = document.getElementById(id);
    input.addEventListener("change", () => send(picked(input)));
  }
  for (const kind of ["dragover", "dragenter"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const files = [];
    for (const entry of entries) files.push(...await below(entry, ""));
    send(files);
  });
}

const checking = document.getElementById("checking");
if (checking) {
  const look = async () => {
    const answer = await fetch(checking.dataset.progress);
    if (!answer.ok) { location.reload(); return; }
    const { done, total, finished } = await answer.json();
    if (finished) { location.reload(); return; }
    document.getElementById("checked").textContent = `${done} / ${total}`;
    const bar = document.getElementById("checking-bar");
    bar.max = Math.max(total, 1);
    bar.value = done;
    setTimeout(look, 300);
  };
  look().catch(() => setTimeout(() => location.reload(), 2000));
}
