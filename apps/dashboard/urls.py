"""URLs of the portal."""

from django.urls import path

from apps.dashboard.views import assigning, board_feeds, proofs, screens, signing_in

urlpatterns = [
    path("", screens.home, name="home"),
    path("favicon.ico", screens.favicon),
    path("sign-in", signing_in.sign_in, name="sign-in"),
    path("sign-out", signing_in.sign_out, name="sign-out"),
    path("board/", screens.board, name="board"),
    path("board/basemap.json", screens.basemap, name="board-basemap"),
    path("board/state.json", board_feeds.state, name="board-state"),
    path("board/live", board_feeds.live, name="board-live"),
    path("board/orders/<str:order_id>", board_feeds.order, name="board-order"),
    path("board/orders/<str:order_id>/couriers", board_feeds.couriers, name="board-order-couriers"),
    path("board/orders/<str:order_id>/assign", assigning.assign, name="board-order-assign"),
    path("board/orders/<str:order_id>/unassign", assigning.unassign, name="board-order-unassign"),
    path("board/proofs/<str:proof_id>", proofs.picture, name="board-proof"),
]
