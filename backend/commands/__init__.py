"""The command line, a door like the others: `flask --app wsgi GROUP COMMAND`."""

from flask import Flask

from backend.commands import (
    adjustments,
    advisers,
    answers,
    benefits,
    bookings,
    books,
    broadcasts,
    coupon_conflicts,
    coupon_reports,
    coupons,
    coupons_given,
    db,
    demo,
    desk,
    earning,
    event_guests,
    events,
    faq,
    grants,
    jobs,
    lifecycle,
    lottery,
    mall,
    media,
    members,
    messages,
    operators,
    orders,
    partner_files,
    partners,
    payments,
    plans,
    points,
    pos,
    receipts,
    referrals,
    risk,
    scenes,
    sharing,
    stores,
    tiers,
    wechat,
)

GROUPS = (
    adjustments.group,
    advisers.group,
    answers.group,
    benefits.group,
    bookings.group,
    books.group,
    broadcasts.group,
    coupons.group,
    db.group,
    demo.group,
    desk.group,
    earning.group,
    events.group,
    faq.group,
    grants.group,
    jobs.group,
    lottery.group,
    mall.group,
    media.group,
    members.group,
    messages.group,
    operators.group,
    orders.group,
    payments.group,
    partners.group,
    plans.group,
    points.group,
    pos.group,
    receipts.group,
    referrals.group,
    risk.group,
    scenes.group,
    sharing.group,
    stores.group,
    tiers.group,
    wechat.group,
)


def register(app: Flask) -> None:
    """Open the door."""
    for group in GROUPS:
        app.cli.add_command(group)
    for group in (coupon_conflicts.group, coupons_given.codes, coupons_given.lists):
        coupons.group.add_command(group)
    events.group.add_command(event_guests.guests)
    for command in partner_files.COMMANDS:
        partners.group.add_command(command)
    for command in coupon_reports.COMMANDS:
        coupons.group.add_command(command)
    for command in lifecycle.COMMANDS:
        members.group.add_command(command)
