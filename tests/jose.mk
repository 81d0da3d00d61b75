# tests of jose
