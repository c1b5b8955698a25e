using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>The user, the client and the session of a token: the single values of its payload.</summary>
internal sealed class TokenHolder
{
    private TokenHolder(ReadOnlySpan<byte> payload, string nameClaimType)
    {
        List<string>? audiences = null;
        string? sessionState = null;

        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Claim types are compared case-insensitively, as in ClaimsIdentity.
            var isName = Name is null && Ascii.EqualsIgnoreCase(reader.ValueSpan, nameClaimType);
            var claim = Known(ref reader);
            reader.Read();
            if (claim == Claim.Audience)
            {
                ClaimJson.Texts(ref reader, ref audiences);
            }
            else if (reader.TokenType == JsonTokenType.String && (isName || claim != Claim.Other))
            {
                var text = ClaimJson.Text(ref reader);
                if (isName)
                {
                    Name = text;
                }

                switch (claim)
                {
                    case Claim.Subject: Subject = text; break;
                    case Claim.SessionId: SessionId = text; break;
                    case Claim.SessionState: sessionState = text; break;
                    case Claim.AuthorizedParty: AuthorizedParty = text; break;
                    case Claim.AuthenticationContextClass: AuthenticationContextClass = text; break;
                    case Claim.UserName: UserName = text; break;
                    case Claim.ClientId: ServiceClient = text; break;
                }
            }
            else if (reader.TokenType == JsonTokenType.Number && claim is Claim.ExpiresAt or Claim.IssuedAt or Claim.AuthenticationTime
                && reader.TryGetInt64(out var seconds))
            {
                switch (claim)
                {
                    case Claim.ExpiresAt: ExpiresAt = NumericDate.FromSeconds(seconds); break;
                    case Claim.IssuedAt: IssuedAt = NumericDate.FromSeconds(seconds); break;
                    default: AuthenticationTime = NumericDate.FromSeconds(seconds); break;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        // Keycloak before 25 writes both, or only session_state.
        SessionId ??= sessionState;
        Audiences = NameSet.Of(audiences);
    }

    private enum Claim
    {
        Other,
        Subject,
        SessionId,
        SessionState,
        AuthorizedParty,
        AuthenticationContextClass,
        UserName,
        ClientId,
        Audience,
        ExpiresAt,
        IssuedAt,
        AuthenticationTime,
    }

    /// <summary>
    /// Gets the value of the claim that the options select as the name. Null if the token does not contain it as a string.
    /// </summary>
    public string? Name { get; }

    public string? Subject { get; }

    public string? SessionId { get; }

    public string? AuthorizedParty { get; }

    public string? AuthenticationContextClass { get; }

    public string? UserName { get; }

    /// <summary>Gets the <c>client_id</c> of a service account's token.</summary>
    public string? ServiceClient { get; }

    public NameSet Audiences { get; }

    public DateTimeOffset? ExpiresAt { get; }

    public DateTimeOffset? IssuedAt { get; }

    public DateTimeOffset? AuthenticationTime { get; }

    public bool IsServiceAccount => ServiceAccount.Is(UserName, AuthorizedParty, ServiceClient, SessionId);

    public static TokenHolder Read(ReadOnlySpan<byte> payload, string nameClaimType) => new(payload, nameClaimType);

    private static Claim Known(ref Utf8JsonReader reader)
    {
        // Switch on the length first: then most names need only one comparison.
        return (reader.ValueIsEscaped ? ClaimJson.Text(ref reader).Length : reader.ValueSpan.Length) switch
        {
            3 when reader.ValueTextEquals("sub"u8) => Claim.Subject,
            3 when reader.ValueTextEquals("sid"u8) => Claim.SessionId,
            3 when reader.ValueTextEquals("azp"u8) => Claim.AuthorizedParty,
            3 when reader.ValueTextEquals("acr"u8) => Claim.AuthenticationContextClass,
            3 when reader.ValueTextEquals("aud"u8) => Claim.Audience,
            3 when reader.ValueTextEquals("exp"u8) => Claim.ExpiresAt,
            3 when reader.ValueTextEquals("iat"u8) => Claim.IssuedAt,
            8 when reader.ValueTextEquals("clientId"u8) => Claim.ClientId,
            9 when reader.ValueTextEquals("client_id"u8) => Claim.ClientId,
            9 when reader.ValueTextEquals("auth_time"u8) => Claim.AuthenticationTime,
            13 when reader.ValueTextEquals("session_state"u8) => Claim.SessionState,
            18 when reader.ValueTextEquals("preferred_username"u8) => Claim.UserName,
            _ => Claim.Other,
        };
    }
}
