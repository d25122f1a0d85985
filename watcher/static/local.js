/* Adds the reader's own time to the exact one that appears on hover. */
for (const time of document.querySelectorAll("time[datetime*=T]")) {
  const at = new Date(time.dateTime);
  if (!isNaN(at)) time.title += "\n" + at.toLocaleString([], { dateStyle: "long", timeStyle: "short" }) + ", your time";
}
/* Says on a page that stands still that it is older than it should be: on the web, or in a tab left open. */
const OVERDUE = "\u25cd Overdue: the watch should have looked again since this page was written. What stands here is the last that was known then.";
const judge = () => {
  const notices = [...document.querySelectorAll("[data-overdue]")];
  for (const notice of notices) {
    notice.hidden = !(new Date(notice.dataset.overdue) < new Date());
    notice.textContent = notice.hidden ? "" : OVERDUE;
  }
  const overdue = notices.some((notice) => !notice.hidden);
  for (const part of document.querySelectorAll("[data-fresh]")) part.hidden = overdue;
};
judge();
setInterval(judge, 60000);
