using System.Text;
using Keycloak.ApiProtection.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Keycloak.ApiProtection.Http;

/// <summary>
/// Writes <c>WWW-Authenticate: Bearer ...</c> (RFC 6750 section 3, RFC 9110 section 11.6.1) or <c>DPoP ...</c> (RFC 9449 section 7.1).
/// </summary>
/// <remarks>No data of a token or a request is written. Characters that are not allowed are removed from the application's texts.</remarks>
internal ref struct BearerChallenge(string scheme, string realm)
{
    private readonly StringBuilder _text = new StringBuilder(scheme).Append(" realm=\"").Append(realm).Append('"');

    /// <summary>Adds a parameter, unless its value is null.</summary>
    public readonly BearerChallenge With(string name, string? value)
    {
        if (value is null)
        {
            return this;
        }

        _text.Append(", ").Append(name).Append("=\"");
        foreach (var letter in value)
        {
            if (ChallengeText.Allows(letter))
            {
                _text.Append(letter);
            }
        }

        _text.Append('"');
        return this;
    }

    /// <summary>Appends the challenge to the challenges of other schemes.</summary>
    public readonly void AppendTo(HttpResponse response) => response.Headers.Append(HeaderNames.WWWAuthenticate, _text.ToString());
}
