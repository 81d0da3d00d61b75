# files of src/livekit
