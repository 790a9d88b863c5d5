// Emoji by the names that Slack gives them; a name which isn't here stays text.

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏 wave 👋 handshake 🤝 muscle 💪 hand ✋ raised_hand ✋ point_right 👉 point_left 👈 point_up ☝️ point_down 👇
raising_hand 🙋 eyes 👀 eye 👁️ ear 👂 brain 🧠 heart ❤️ broken_heart 💔 smile 😄 slightly_smiling_face 🙂 sweat_smile 😅 joy 😂 sob 😭 thinking_face 🤔 grimacing 😬 sleeping 😴 zzz 💤 scream 😱 face_with_monocle 🧐
relieved 😌 cry 😢 facepalm 🤦 shrug 🤷 saluting_face 🫡 melting_face 🫠 robot_face 🤖 ghost 👻 bust_in_silhouette 👤 busts_in_silhouette 👥 firefighter 🧑‍🚒 construction_worker 👷 detective 🕵️ technologist 🧑‍💻
fire 🔥 rotating_light 🚨 warning ⚠️ boom 💥 zap ⚡ bug 🐛 ambulance 🚑 fire_engine 🚒 fire_extinguisher 🧯 helmet_with_white_cross ⛑️ sos 🆘 adhesive_bandage 🩹 stethoscope 🩺 octagonal_sign 🛑 no_entry ⛔
no_entry_sign 🚫 construction 🚧 vertical_traffic_light 🚦 traffic_light 🚥 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ question ❓ grey_question ❔ exclamation ❗
bangbang ‼️ grey_exclamation ❕ information_source ℹ️ heavy_plus_sign ➕ heavy_minus_sign ➖ red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
large_brown_circle 🟤 black_circle ⚫ white_circle ⚪ large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 black_large_square ⬛ white_large_square ⬜ radio_button 🔘
hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ watch ⌚ clock1 🕐 clock2 🕑 clock3 🕒 clock4 🕓 clock5 🕔 clock6 🕕 clock7 🕖 clock8 🕗 clock9 🕘 clock10 🕙 clock11 🕚 clock12 🕛
calendar 📆 date 📅 spiral_calendar_pad 🗓️ tophat 🎩 billed_cap 🧢 mortar_board 🎓 crown 👑 military_helmet 🪖 medal 🏅 trophy 🏆 telephone_receiver 📞 phone ☎️ telephone ☎️ iphone 📱 pager 📟 bell 🔔 no_bell 🔕 mega 📣
loudspeaker 📢 speaker 🔈 mute 🔇 satellite_antenna 📡 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️ lock 🔒 unlock 🔓 closed_lock_with_key 🔐 key 🔑 shield 🛡️ hammer 🔨 hammer_and_wrench 🛠️ wrench 🔧
screwdriver 🪛 gear ⚙️ toolbox 🧰 magnet 🧲 test_tube 🧪 microscope 🔬 telescope 🔭 memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄 bookmark_tabs 📑 page_with_curl 📃 scroll 📜 books 📚 book 📖 notebook 📓
ledger 📒 newspaper 📰 bookmark 🔖 label 🏷️ card_index_dividers 🗂️ file_folder 📁 open_file_folder 📂 file_cabinet 🗄️ wastebasket 🗑️ bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 link 🔗
paperclip 📎 pushpin 📌 round_pushpin 📍 triangular_flag_on_post 🚩 checkered_flag 🏁 white_flag 🏳️ mag 🔍 mag_right 🔎 bulb 💡 flashlight 🔦 candle 🕯️ rocket 🚀 tada 🎉 sparkles ✨ star ⭐ rainbow 🌈 sunny ☀️ cloud ☁️
partly_sunny ⛅ snowflake ❄️ umbrella ☂️ ocean 🌊 droplet 💧 sunrise 🌅 new_moon 🌑 full_moon 🌕 arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrow_up_small 🔼
arrow_down_small 🔽 arrow_double_up ⏫ arrow_double_down ⏬ arrows_counterclockwise 🔄 repeat 🔁 rewind ⏪ fast_forward ⏩ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ double_vertical_bar ⏸️ arrow_forward ▶️
black_square_for_stop ⏹️ black_circle_for_record ⏺️ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ 100 💯 new 🆕 ok 🆗 up 🆙 free 🆓 package 📦 inbox_tray 📥 outbox_tray 📤
email 📧 envelope ✉️ incoming_envelope 📨 mailbox 📫 globe_with_meridians 🌐 earth_africa 🌍 earth_americas 🌎 earth_asia 🌏 world_map 🗺️ compass 🧭 electric_plug 🔌 battery 🔋 computer 💻 desktop_computer 🖥️ keyboard ⌨️
floppy_disk 💾 cd 💿 credit_card 💳 moneybag 💰 shopping_trolley 🛒 shopping_cart 🛒 scales ⚖️ ballot_box_with_ballot 🗳️ judge 🧑‍⚖️ classical_building 🏛️ office 🏢 house 🏠 factory 🏭 coffee ☕ tea 🍵 pizza 🍕 cake 🎂
seedling 🌱 evergreen_tree 🌲 turtle 🐢 snail 🐌 rabbit2 🐇 owl 🦉 dog 🐶 cat 🐱 whale 🐳 octopus 🐙 unicorn_face 🦄 bee 🐝 beetle 🪲 crossed_fingers 🤞 v ✌️ heavy_dollar_sign 💲 video_camera 📹 camera 📷 movie_camera 🎥
`;

const CHARACTERS = new Map([...TABLE.trim().matchAll(/(\S+) (\S+)/g)].map(([, name, character]) => [name, character]));

/** What the picker offers first. */
export const COMMON = [
  "pushpin", "eyes", "white_check_mark", "+1", "fire", "x", "raised_hands", "pray",
  "rotating_light", "warning", "hourglass", "question", "bulb", "memo", "rocket", "tada",
  "tophat", "hammer_and_wrench", "thinking_face", "wave", "coffee", "heart", "-1", "100",
];

/** The character of an emoji's name (a skin tone is left out); undefined when there is none. */
export const emoji = (name) => CHARACTERS.get(name.replace(/::?skin-tone-\d:?$/, ""));

/** A text in which the :names: that are known have become characters. */
export const emojify = (text) => text.replace(/:([a-z0-9_+-]+):(?::skin-tone-\d:)?/g, (whole, name) => emoji(name) ?? whole);
