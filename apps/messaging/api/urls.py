from django.urls import path

from apps.messaging.api import conversations, views

urlpatterns = [
    path("contracts/<uuid:contract_id>/messages/", views.Thread.as_view(), name="api-messages"),
    path("contracts/<uuid:contract_id>/messages/read/", views.ThreadRead.as_view(), name="api-messages-read"),
    path("conversations/", conversations.Inbox.as_view(), name="api-conversations"),
    path("conversations/<uuid:conversation_id>/", conversations.One.as_view(), name="api-conversation"),
    path(
        "conversations/<uuid:conversation_id>/messages/",
        conversations.Messages.as_view(),
        name="api-conversation-messages",
    ),
    path("conversations/<uuid:conversation_id>/read/", conversations.Read.as_view(), name="api-conversation-read"),
    path(
        "conversations/<uuid:conversation_id>/archive/",
        conversations.Archive.as_view(),
        name="api-conversation-archive",
    ),
    path("conversations/<uuid:conversation_id>/block/", conversations.Block.as_view(), name="api-conversation-block"),
    path("blocks/", conversations.Blocks.as_view(), name="api-blocks"),
    path("blocks/<uuid:block_id>/", conversations.OneBlock.as_view(), name="api-block"),
]
