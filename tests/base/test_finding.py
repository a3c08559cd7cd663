"""Findings are ordered in one way, wherever they are shown."""

from salesanalytics.base.finding import SEVERITIES, urgency


def test_what_to_act_on_comes_first_and_good_news_last():
    assert SEVERITIES == ("act", "watch", "good")


def test_money_orders_findings_of_one_severity_only():
    told = [("good", 900.0), ("act", 1.0), ("watch", 50.0), ("act", 70.0)]
    assert sorted(told, key=lambda one: urgency(*one)) == [("act", 70.0), ("act", 1.0), ("watch", 50.0), ("good", 900.0)]
