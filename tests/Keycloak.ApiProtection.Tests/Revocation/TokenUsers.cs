using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Tests.Claims;

namespace Keycloak.ApiProtection.Tests.Revocation;

/// <summary>Creates users with the token claims that revocations match.</summary>
internal static class TokenUsers
{
    public static ClaimsPrincipal User(long issuedAt, string? sid = "s", string? sub = "u", string? azp = "c", string? jti = "t")
    {
        var claims = new[] { ("sid", sid), ("sub", sub), ("azp", azp), ("jti", jti), ("iat", $"{issuedAt}") };
        return new ClaimsPrincipal(
            new ClaimsIdentity(from claim in claims where claim.Item2 is not null select new Claim(claim.Item1, claim.Item2), "Bearer"));
    }

    public static TokenMarks Marks(long issuedAt, string? sid = "s", string? sub = "u", string? azp = "c", string? jti = "t")
    {
        Assert.True(TokenMarks.TryRead(User(issuedAt, sid, sub, azp, jti), "Keycloak", NameHash.Local, string.Empty, out var marks));
        return marks;
    }
}
