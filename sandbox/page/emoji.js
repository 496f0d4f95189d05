// The :shortcodes: that the page can draw. Not all of Slack's: what is missing is shown as it was typed.

const TABLE = `
+1=👍 -1=👎 alarm_clock=⏰ ambulance=🚑 arrow_down=⬇️ arrow_forward=▶️ arrow_left=⬅️ arrow_right=➡️ arrow_up=⬆️
arrows_counterclockwise=🔄 ballot_box_with_check=☑️ bangbang=‼️ bar_chart=📊 beetle=🪲 bell=🔔 black_circle=⚫
bookmark=🔖 books=📚 boom=💥 broom=🧹 bug=🐛 bulb=💡 bust_in_silhouette=👤 busts_in_silhouette=👥 calendar=📆
card_file_box=🗃️ card_index_dividers=🗂️ chart_with_downwards_trend=📉 chart_with_upwards_trend=📈 checkered_flag=🏁
clipboard=📋 clock3=🕒 closed_lock_with_key=🔐 cyclone=🌀 date=📅 double_vertical_bar=⏸️ electric_plug=🔌 email=📧
envelope=✉️ exclamation=❗ eyes=👀 file_folder=📁 fire=🔥 fire_engine=🚒 floppy_disk=💾 gear=⚙️ hammer_and_wrench=🛠️
handshake=🤝 hash=#️⃣ heart=❤️ heavy_check_mark=✔️ heavy_minus_sign=➖ heavy_plus_sign=➕ hourglass=⌛
hourglass_flowing_sand=⏳ information_source=ℹ️ key=🔑 label=🏷️ large_blue_circle=🔵 large_green_circle=🟢
large_green_square=🟩 large_orange_circle=🟠 large_purple_circle=🟣 large_red_square=🟥 large_yellow_circle=🟡
large_yellow_square=🟨 leftwards_arrow_with_hook=↩️ link=🔗 lock=🔒 loudspeaker=📢 mag=🔍 mega=📣 memo=📝 microscope=🔬
mute=🔇 new=🆕 no_bell=🔕 no_entry=⛔ no_entry_sign=🚫 octagonal_sign=🛑 ok=🆗 ok_hand=👌 open_file_folder=📂 package=📦
page_facing_up=📄 pager=📟 paperclip=📎 pencil2=✏️ person_in_tuxedo=🤵 point_right=👉 pray=🙏 pushpin=📌 question=❓
radio_button=🔘 rainbow=🌈 raised_hand=✋ receipt=🧾 recycle=♻️ red_circle=🔴 repeat=🔁 rewind=⏪ robot_face=🤖 rocket=🚀
rotating_light=🚨 round_pushpin=📍 satellite_antenna=📡 scales=⚖️ see_no_evil=🙈 shield=🛡️ ship=🚢 simple_smile=🙂
slightly_smiling_face=🙂 smile=😄 snowflake=❄️ sos=🆘 sparkles=✨ speech_balloon=💬 star=⭐ stop_button=⏹️
stopwatch=⏱️ tada=🎉 technologist=🧑‍💻 telephone_receiver=📞 test_tube=🧪 thermometer=🌡️ thinking_face=🤔
thumbsdown=👎 thumbsup=👍 timer_clock=⏲️ toolbox=🧰 traffic_light=🚥 triangular_flag_on_post=🚩 unlock=🔓
vertical_traffic_light=🚦 warning=⚠️ wastebasket=🗑️ wave=👋 white_check_mark=✅ white_circle=⚪ white_large_square=⬜
wrench=🔧 x=❌ zap=⚡ zipper_mouth_face=🤐
`;

const EMOJI = new Map(
  TABLE.trim()
    .split(/\s+/)
    .map((pair) => pair.split("=")),
);

/** The picture for a shortcode without its colons, or undefined. */
export function emoji(name) {
  return EMOJI.get(name);
}
