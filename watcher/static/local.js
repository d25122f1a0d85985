/* Adds the reader's own time to the exact one that appears on hover. */
for (const time of document.querySelectorAll("time[datetime*=T]")) {
  const at = new Date(time.dateTime);
  if (!isNaN(at)) time.title += "\n" + at.toLocaleString([], { dateStyle: "long", timeStyle: "short" }) + ", your time";
}
