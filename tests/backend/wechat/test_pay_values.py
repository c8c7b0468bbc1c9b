from backend.wechat import PayLater


def test_an_error_says_where_and_why():
    assert str(PayLater("SYSTEM_ERROR", "系统繁忙", "/v3/x")) == "/v3/x: SYSTEM_ERROR 系统繁忙"
