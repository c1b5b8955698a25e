using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>
/// A cache of tokens whose signature and claims were verified. A token that is sent again is compared instead of verified again.
/// </summary>
/// <remarks>
/// <para>The cache is a set-associative array. The <see cref="TokenHash"/> of a token selects two sets of four places, and the token is in
/// one of these eight places. A lookup checks at most eight places, whatever tokens clients send, and matches only if the whole text is
/// equal. It takes no lock: a place refers to one immutable token that contains its own text, so a found token is always complete.</para>
/// <para>New tokens are always added. Expired tokens are evicted first, then tokens that were not sent again since they were last
/// considered for eviction (second chance). Only <see cref="Add"/> holds the lock for longer than a moment, and only for tokens whose
/// signature has just been checked, which takes about a hundred times as long.</para>
/// <para>The number of tokens and their total size are limited. The cache belongs to one scheme's options and is dropped with them.</para>
/// </remarks>
internal sealed class VerifiedTokens
{
    /// <summary>The maximum length of a cached token in characters. Longer tokens are verified for every request.</summary>
    public const int LongestToken = 8 * 1024;

    /// <summary>
    /// The average number of bytes that a token may take, including its objects and the claims that it keeps. The tokens of a set never
    /// take more than this number times the number of places.
    /// </summary>
    public const int BytesPerToken = 4 * 1024;

    private const int Ways = 4;
    private const int BytesPerSet = Ways * BytesPerToken;

    private readonly TokenHash _hash;
    private readonly TimeSpan _clockSkew;
    private readonly TimeProvider _time;
    private readonly VerifiedTokenCounts _counts;
    private readonly VerifiedTokenPlace[] _places;
    private readonly int[] _bytes;
    private readonly uint _sets;
    private readonly Lock _gate = new();
    private uint _nextCandidate;
    private uint _nextWay;
    private int _count;

    /// <param name="size">The maximum number of tokens, rounded up to a multiple of four and to at least eight.</param>
    /// <param name="clockSkew">The clock skew for <c>exp</c> and <c>nbf</c>.</param>
    /// <param name="time">The clock. <c>exp</c> and <c>nbf</c> are checked on every hit.</param>
    /// <param name="counts">The counts of tokens and evictions. The caller counts hits and misses.</param>
    /// <param name="hash">Selects the sets. A hash with a random secret by default; tests pass a known one.</param>
    public VerifiedTokens(int size, TimeSpan clockSkew, TimeProvider time, VerifiedTokenCounts counts, TokenHash? hash = null)
    {
        _hash = hash ?? new TokenHash();
        _clockSkew = clockSkew;
        _time = time;
        _counts = counts;
        _sets = (uint)Math.Max(2, (size + Ways - 1) / Ways);
        _places = new VerifiedTokenPlace[_sets * Ways];
        _bytes = new int[_sets];
        counts.CountTokensOf(() => Volatile.Read(ref _count));
    }

    /// <summary>Gets the number of places for tokens.</summary>
    public int Size => _places.Length;

    /// <summary>Returns the hash of a token; 0 if the token is too short or too long for the cache.</summary>
    public ulong HashOf(ReadOnlySpan<char> token) =>
        token.Length is >= TokenHash.ShortestToken and <= LongestToken ? _hash.Of(token) : 0;

    /// <summary>
    /// Finds the token with exactly this text, if it is valid now and its key was not removed. Takes no lock and does not allocate.
    /// </summary>
    public bool TryFind(ReadOnlySpan<char> token, ulong hash, [NotNullWhen(true)] out AccessToken? found)
    {
        found = null;
        if (hash == 0)
        {
            return false;
        }

        var (first, second) = SetsOf(hash);
        var place = Find(first, token, hash, ref found);
        if (place < 0)
        {
            place = Find(second, token, hash, ref found);
        }

        if (place < 0)
        {
            return false;
        }

        var now = _time.GetUtcNow();
        if (HasEnded(found!, now))
        {
            Drop(place, found!);
        }
        else if (found!.HasBegun(now, _clockSkew))
        {
            found.WasSentAgain = true;
            return true;
        }

        // The rules decide whether and why the token is rejected.
        found = null;
        return false;
    }

    /// <summary>Adds a token that has just been verified.</summary>
    /// <returns>The token, or the same token that a concurrent request added before. Its claims may have been read already.</returns>
    public AccessToken Add(AccessToken token, ulong hash)
    {
        var now = _time.GetUtcNow();
        var (first, second) = SetsOf(hash);
        lock (_gate)
        {
            var known = IndexOf(first, token, hash);
            known = known < 0 ? IndexOf(second, token, hash) : known;
            if (known >= 0)
            {
                var same = _places[known].Token!;
                if (!HasEnded(same, now))
                {
                    return same;
                }

                Empty(known);
            }

            var place = FreePlace(first, second);
            place = place < 0 ? EndedPlace(first, second, now) : place;
            place = place < 0 ? IdlePlace(first, second) : place;
            Empty(place);
            MakeRoom((uint)place / Ways, token.Size);
            _places[place].Hash = hash;
            Volatile.Write(ref _places[place].Token, token);
            _bytes[place / Ways] += token.Size;
            _count++;
            return token;
        }
    }

    private bool HasEnded(AccessToken token, DateTimeOffset now) => token.Key.Retired || token.HasEnded(now, _clockSkew);

    /// <summary>Returns the two sets of a token. They are always different.</summary>
    private (uint First, uint Second) SetsOf(ulong hash)
    {
        var first = Scale((uint)hash, _sets);
        var second = Scale((uint)(hash >> 32), _sets - 1);
        return (first, second >= first ? second + 1 : second);

        static uint Scale(uint hash, uint count) => (uint)(((ulong)hash * count) >> 32);
    }

    private int Find(uint set, ReadOnlySpan<char> token, ulong hash, ref AccessToken? found)
    {
        var start = (int)set * Ways;
        var places = _places.AsSpan(start, Ways);
        for (var way = 0; way < places.Length; way++)
        {
            ref var place = ref places[way];
            if (place.Hash == hash && Volatile.Read(ref place.Token) is { } candidate && candidate.HasText(token))
            {
                found = candidate;
                return start + way;
            }
        }

        return -1;
    }

    private int IndexOf(uint set, AccessToken token, ulong hash)
    {
        for (var place = (int)set * Ways; place < (int)(set + 1) * Ways; place++)
        {
            if (_places[place].Hash == hash && _places[place].Token is { } known && known.HasSameTextAs(token))
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>
    /// Returns a free place in the set that has more of them, so that both sets are filled evenly. Negative if there is none.
    /// </summary>
    private int FreePlace(uint first, uint second)
    {
        var (firstFree, inFirst) = Free(first);
        var (secondFree, inSecond) = Free(second);
        return inFirst >= inSecond ? firstFree : secondFree;

        (int Place, int Count) Free(uint set)
        {
            var (free, count) = (-1, 0);
            for (var place = (int)set * Ways; place < (int)(set + 1) * Ways; place++)
            {
                if (_places[place].Token is null)
                {
                    (free, count) = (place, count + 1);
                }
            }

            return (free, count);
        }
    }

    private int EndedPlace(uint first, uint second, DateTimeOffset now)
    {
        for (var candidate = 0; candidate < Ways * 2; candidate++)
        {
            var place = Candidate(first, second, candidate);
            if (_places[place].Token is { } token && HasEnded(token, now))
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>Returns the place of a token that was not sent again since it was last considered ("clock", or second chance).</summary>
    private int IdlePlace(uint first, uint second)
    {
        // Start with a different candidate each time. A token that was sent again is kept, but must be sent again to be kept the next time.
        // Otherwise a token that was used often in the past would stay forever, and new tokens would only evict each other.
        var start = _nextCandidate++;
        var place = Candidate(first, second, (int)(start % (Ways * 2)));
        for (var candidate = 0u; candidate < Ways * 2; candidate++)
        {
            var considered = Candidate(first, second, (int)((candidate + start) % (Ways * 2)));
            if (!_places[considered].Token!.WasSentAgain)
            {
                place = considered;
                break;
            }

            _places[considered].Token!.WasSentAgain = false;
        }

        _counts.Evicted();
        return place;
    }

    /// <summary>Evicts tokens of a set until the new token fits into its bytes. A set holds fewer long tokens than short ones.</summary>
    private void MakeRoom(uint set, int size)
    {
        if (_bytes[set] + size <= BytesPerSet)
        {
            return;
        }

        // Second chance here too: a set that always has a free place, but not enough bytes, is never considered elsewhere.
        var start = _nextWay++;
        for (var way = 0u; way < Ways * 2 && _bytes[set] + size > BytesPerSet; way++)
        {
            var place = (int)((set * Ways) + ((start + way) % Ways));
            if (_places[place].Token is not { } token)
            {
                continue;
            }

            if (token.WasSentAgain)
            {
                token.WasSentAgain = false;
                continue;
            }

            _counts.Evicted();
            Empty(place);
        }
    }

    private void Drop(int place, AccessToken token)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_places[place].Token, token))
            {
                Empty(place);
            }
        }
    }

    private void Empty(int place)
    {
        if (_places[place].Token is { } token)
        {
            Volatile.Write(ref _places[place].Token, null);
            _bytes[place / Ways] -= token.Size;
            _count--;
        }
    }

    private static int Candidate(uint first, uint second, int candidate) =>
        candidate < Ways ? ((int)first * Ways) + candidate : ((int)second * Ways) + candidate - Ways;
}
