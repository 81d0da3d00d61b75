# tests of livekit
