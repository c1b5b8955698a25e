using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authentication;

namespace Keycloak.ApiProtection.Http;

/// <summary>
/// The token that a scheme has accepted for a request. It is a part of the ticket: authorization finds it there, and for other code it is
/// the ticket's items, with the times when the token was issued and when it expires.
/// </summary>
/// <remarks>
/// A feature of the request would be another object for every request. Nearly no request reads the items: formatting the two dates would
/// cost more than all other work for a cached token, so they are created at the first use.
/// </remarks>
/// <param name="token">The token.</param>
/// <param name="text">The text of the token.</param>
/// <param name="confirmedAge">
/// The maximum age of Keycloak's "active" response at authentication, or null if the token was not introspected.
/// </param>
internal sealed class AcceptedToken(AccessToken token, ReadOnlyMemory<char> text, TimeSpan? confirmedAge) : LazyDictionary<string?>
{
    private readonly long _confirmedTicks = confirmedAge?.Ticks ?? long.MaxValue;

    /// <summary>Gets the token.</summary>
    public AccessToken Token => token;

    /// <summary>Gets the text of the token.</summary>
    public ReadOnlyMemory<char> Text => text;

    /// <summary>Finds the token in the result of a scheme. Returns false if the scheme has not accepted a token.</summary>
    public static bool TryFind(AuthenticateResult result, [NotNullWhen(true)] out AcceptedToken? accepted)
    {
        accepted = result.Properties?.Items as AcceptedToken;
        return result.Succeeded && accepted is not null;
    }

    /// <summary>Returns whether Keycloak's response at authentication is at most this old.</summary>
    public bool IsConfirmedWithin(TimeSpan age) => _confirmedTicks <= age.Ticks;

    /// <summary>Creates the properties of the ticket.</summary>
    public AuthenticationProperties ToProperties() => new(this, new Parameters());

    /// <inheritdoc />
    protected override Dictionary<string, string?> Make()
    {
        var items = new Dictionary<string, string?>(StringComparer.Ordinal);
        _ = new AuthenticationProperties(items) { IssuedUtc = token.IssuedAt, ExpiresUtc = token.ExpiresAt };
        return items;
    }

    private sealed class Parameters : LazyDictionary<object?>
    {
        protected override Dictionary<string, object?> Make() => new(StringComparer.Ordinal);
    }
}
