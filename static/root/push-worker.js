// Shows a push notification, and opens its page when it is pressed. It answers no requests and keeps nothing.
self.addEventListener("push", (event) => {
  // Browsers demand that something is shown for every message, even one without content.
  const { title, body, url, tag, lang, dir } = event.data?.json() ?? { title: self.location.hostname, url: "/" };
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, dir, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = new URL(event.notification.data.url, self.location.origin);
  if (page.origin === self.location.origin) event.waitUntil(self.clients.openWindow(page.href));
});
