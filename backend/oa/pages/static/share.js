/** Lets a page be shared by WeChat's own buttons: what friends see is the first page, never the card. */

const given = document.currentScript.dataset;
const address = location.href.split("#")[0];

async function offer() {
  const answer = await fetch(`${given.signature}?url=${encodeURIComponent(address)}`);
  if (!answer.ok || !window.wx) return;
  const signed = await answer.json();
  window.wx.config({ ...signed, jsApiList: ["updateAppMessageShareData", "updateTimelineShareData"] });
  window.wx.ready(() => {
    const shared = { title: "百汇会员", desc: "积分当钱花，优惠随身带", link: given.home, imgUrl: given.picture };
    window.wx.updateAppMessageShareData(shared);
    window.wx.updateTimelineShareData(shared);
  });
}

offer();
