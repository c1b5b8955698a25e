using System.Collections;
using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;

namespace Keycloak.ApiProtection.Claims;

/// <summary>
/// Enumerates the identities of a principal whose rights are used: those of one Keycloak user. It does not allocate if the first of them
/// was created by this library's handler.
/// </summary>
/// <remarks>
/// The user is the one of the first identity that <c>AddKeycloakBearer</c> created or, if there is none, of the first identity of another
/// handler that a realm issued (<see cref="RealmIssuer"/>). Other identities are used if they have the same <c>iss</c> and the same
/// <c>sub</c>. So the rights of two different users are never combined to satisfy a policy.
/// </remarks>
internal readonly struct RightsIdentities(ClaimsPrincipal principal) : IEnumerable<ClaimsIdentity>
{
    public Enumerator GetEnumerator() => new(principal.Identities);

    IEnumerator<ClaimsIdentity> IEnumerable<ClaimsIdentity>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal struct Enumerator : IEnumerator<ClaimsIdentity>
    {
        private readonly IReadOnlyList<ClaimsIdentity> _identities;
        private readonly int _first;
        private int _index;

        public Enumerator(IEnumerable<ClaimsIdentity> identities)
        {
            // ClaimsPrincipal returns a list; a derived class may return any enumerable.
            _identities = identities as IReadOnlyList<ClaimsIdentity> ?? [.. identities];
            _first = First(_identities);
            _index = -1;
        }

        public readonly ClaimsIdentity Current => _identities[_index];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (_first >= 0 && ++_index < _identities.Count)
            {
                if (_index == _first || IsSameUser(_identities[_index], _identities[_first]))
                {
                    return true;
                }
            }

            return false;
        }

        public void Reset() => _index = -1;

        public readonly void Dispose()
        {
        }

        private static int First(IReadOnlyList<ClaimsIdentity> identities)
        {
            for (var i = 0; i < identities.Count; i++)
            {
                if (identities[i] is KeycloakIdentity { IsAuthenticated: true })
                {
                    return i;
                }
            }

            for (var i = 0; i < identities.Count; i++)
            {
                if (RealmIssuer.Of(identities[i]) is not null)
                {
                    return i;
                }
            }

            return -1;
        }

        private static bool IsSameUser(ClaimsIdentity identity, ClaimsIdentity first) =>
            User(identity) is { Issuer: { } issuer, Subject: { } subject } && User(first) == (issuer, subject);

        private static (string? Issuer, string? Subject) User(ClaimsIdentity identity) => identity is KeycloakIdentity ours
            ? ours.IsAuthenticated ? ours.VerifiedUser : default
            : (RealmIssuer.Of(identity), IdentityClaims.First(identity, KeycloakClaimTypes.Subject, ClaimTypes.NameIdentifier));
    }
}
