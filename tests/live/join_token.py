"""A join token of LiveKit, looked at as a whole: whatever it does not say LiveKit would allow."""
import base64, hashlib, hmac, json, re, time
from stack import claims_of, ok

TTL_S, BACK_S = 600, 10         # for ten minutes, from a little before: clocks of two machines


def token_is(stack, name, token, video, identity, shown=None, role=None):
    """Its grant is exactly video; identity is a pattern. Returns the claims."""
    head, body, mark = token.split(".")
    made = hmac.new(stack.conf["livekit_api_secret"].encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    ok(base64.urlsafe_b64encode(made).rstrip(b"=").decode() == mark, f"{name}: signed with LiveKit's secret")
    claims, now = claims_of(token), time.time()
    ok(claims.get("video") == video, f"{name}: may what the table says, and nothing else", f"{claims.get('video')} {video}")
    ok(re.fullmatch(identity, claims.get("sub", "")), f"{name}: identity", f"{claims.get('sub')} {identity}")
    ok(claims["iss"] == stack.conf["livekit_api_key"] and claims.get("kind", "standard") == "standard"
       and claims["exp"] - claims["nbf"] == TTL_S + BACK_S and 0 < claims["exp"] - now <= TTL_S, f"{name}: for ten minutes", str(claims))
    ok(set(claims) <= {"iss", "sub", "name", "nbf", "exp", "video", "metadata", "kind", "jti"}, f"{name}: no other claim", str(set(claims)))
    ok(shown is None or claims.get("name") == shown, f"{name}: shown as {shown}", str(claims.get("name")))
    about = json.loads(claims["metadata"]) if isinstance(claims.get("metadata"), str) else {}
    ok(set(about) == {"role", "joinedAt", "avatarUrl"} and role in (None, about["role"]), f"{name}: metadata is text, of role{' ' + role if role else ''}, joinedAt and avatarUrl", str(claims.get("metadata")))
    return claims
