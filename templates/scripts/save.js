// The report.json inside the page, saved as a file.
{
  const button = document.getElementById("save-json");
  const block = document.getElementById("qdoctor-report");
  const packed = block.type === "application/gzip";
  button.hidden = packed && typeof DecompressionStream === "undefined";
  button.addEventListener("click", async () => {
    let text = block.textContent;
    if (packed) {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      text = await new Response(stream).text();
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "report.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
