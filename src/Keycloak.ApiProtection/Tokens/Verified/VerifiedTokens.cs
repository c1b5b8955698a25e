using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>Remembers tokens whose signature and fixed claims were found good, so that a token that comes again is compared and not verified.</summary>
/// <remarks>
/// <para>A set-associative array: every token has two sets of four places, chosen by its <see cref="TokenHash"/>, and lies in one of these eight. A lookup
/// looks at eight places, whatever tokens strangers choose, and counts only where the whole text is the same. It takes no lock: a place refers to one
/// immutable token that holds its own text, so that what is found is whole.</para>
/// <para>New tokens are always let in. For room, what has ended goes first, then what nobody sent again since it was last asked
/// (second chance). Only <see cref="Add"/> takes the lock for longer than a moment, and only with tokens that have just cost a signature check, which takes some
/// hundred times as long.</para>
/// <para>Bounded in tokens and in bytes. It belongs to one scheme's options, and goes with them.</para>
/// </remarks>
internal sealed class VerifiedTokens
{
    /// <summary>Longer tokens are verified each time.</summary>
    public const int LongestToken = 8 * 1024;

    /// <summary>
    /// What the tokens may take on average, objects and kept claims included: no set holds more than its places times this.
    /// </summary>
    public const int BytesPerToken = 4 * 1024;

    private const int Ways = 4;
    private const int BytesPerSet = Ways * BytesPerToken;

    private readonly TokenHash _hash;
    private readonly TimeSpan _clockSkew;
    private readonly TimeProvider _time;
    private readonly VerifiedTokenCounts _counts;
    private readonly Place[] _places;
    private readonly int[] _bytes;
    private readonly uint _sets;
    private readonly Lock _gate = new();
    private uint _turn;
    private uint _roomTurn;
    private int _count;

    /// <param name="size">How many tokens at most; rounded up to a multiple of four, at least eight.</param>
    /// <param name="clockSkew">What <c>exp</c> and <c>nbf</c> are read with.</param>
    /// <param name="time">Whose clock decides about both, on every hit.</param>
    /// <param name="counts">Counts tokens and evictions; hits and misses are counted by whoever decides about them.</param>
    /// <param name="hash">Chooses the sets: a secret one, but for tests.</param>
    public VerifiedTokens(int size, TimeSpan clockSkew, TimeProvider time, VerifiedTokenCounts counts, TokenHash? hash = null)
    {
        _hash = hash ?? new TokenHash();
        _clockSkew = clockSkew;
        _time = time;
        _counts = counts;
        _sets = (uint)Math.Max(2, (size + Ways - 1) / Ways);
        _places = new Place[_sets * Ways];
        _bytes = new int[_sets];
        counts.CountTokensOf(() => Volatile.Read(ref _count));
    }

    /// <summary>Gets how many tokens there is room for.</summary>
    public int Size => _places.Length;

    /// <summary>Where a token belongs; 0 where it is too short or too long to be remembered.</summary>
    public ulong HashOf(ReadOnlySpan<char> token) =>
        token.Length is >= TokenHash.ShortestToken and <= LongestToken ? _hash.Of(token) : 0;

    /// <summary>Finds the token of exactly this text, unless it has ended or not begun by now, or its key is gone. No lock, no allocation.</summary>
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

        // Rejected or not, and why: that is for the rules to say.
        found = null;
        return false;
    }

    /// <summary>Remembers a token that has just been verified.</summary>
    /// <returns>The token, or the same one from a request that was faster: it may have read its claims already.</returns>
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

    /// <summary>The two sets, never the same one twice.</summary>
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

    /// <summary>A free place in the set that has more of them, so that both fill alike; negative where there is none.</summary>
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

    /// <summary>The place of a token that nobody sent again since it was last asked here (the "clock", or second chance).</summary>
    private int IdlePlace(uint first, uint second)
    {
        // Each time another one is asked first. Who was sent again is spared, and has to be sent again to be spared the next time: otherwise
        // what was busy once would stay for ever, and newcomers would only push each other out.
        var turn = _turn++;
        var place = Candidate(first, second, (int)(turn % (Ways * 2)));
        for (var candidate = 0u; candidate < Ways * 2; candidate++)
        {
            var asked = Candidate(first, second, (int)((candidate + turn) % (Ways * 2)));
            if (!_places[asked].Token!.WasSentAgain)
            {
                place = asked;
                break;
            }

            _places[asked].Token!.WasSentAgain = false;
        }

        _counts.Evicted();
        return place;
    }

    /// <summary>Long tokens: fewer of them share a set.</summary>
    private void MakeRoom(uint set, int size)
    {
        if (_bytes[set] + size <= BytesPerSet)
        {
            return;
        }

        // Second chance here too: where there is always a free place but not enough bytes, nobody else would ask.
        var turn = _roomTurn++;
        for (var asked = 0u; asked < Ways * 2 && _bytes[set] + size > BytesPerSet; asked++)
        {
            var place = (int)((set * Ways) + ((turn + asked) % Ways));
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

    /// <summary>A token, and its hash, which saves most comparisons. A reader may see them of two tokens: the text decides.</summary>
    private struct Place
    {
        public AccessToken? Token;
        public ulong Hash;
    }
}
