using System.Collections;
using System.Security.Claims;

namespace Keycloak.ApiProtection.Claims;

/// <summary>
/// Enumerates the authenticated identities of a user without an allocation. Claims of unauthenticated identities are ignored.
/// </summary>
internal readonly struct AuthenticatedIdentities(ClaimsPrincipal principal) : IEnumerable<ClaimsIdentity>
{
    public Enumerator GetEnumerator() => new(principal.Identities);

    IEnumerator<ClaimsIdentity> IEnumerable<ClaimsIdentity>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal struct Enumerator : IEnumerator<ClaimsIdentity>
    {
        private readonly IReadOnlyList<ClaimsIdentity> _identities;
        private int _index;

        public Enumerator(IEnumerable<ClaimsIdentity> identities)
        {
            // ClaimsPrincipal returns a list; a derived class may return any enumerable.
            _identities = identities as IReadOnlyList<ClaimsIdentity> ?? [.. identities];
            _index = -1;
        }

        public readonly ClaimsIdentity Current => _identities[_index];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (++_index < _identities.Count)
            {
                if (_identities[_index] is { IsAuthenticated: true })
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
    }
}
