dist_man_MANS += man/stagedoor.1 man/stagedoor.conf.5 man/livekit-api.3
