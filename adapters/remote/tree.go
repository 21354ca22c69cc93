package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/platform/peer"
)

// treeAsked names the tree that the asking process has, so that an unchanged one is not sent again.
type treeAsked struct{ Known []byte }

type treeAnswer struct {
	// Digest names the tree. Tree is its encoding, nil if it is the one that the asking process has.
	Digest, Tree []byte
}

// wireTree is advice.Tree with zones by name.
type wireTree struct {
	Spaces  []wireSpace
	Devices []advice.Device
	Moves   []wireMove
}

type wireSpace struct {
	ID, Parent, Name, Kind, Zone string
	AreaM2                       float64
}

type wireMove struct {
	Device, Space string
	Until         int64
}

var treeCall = peer.Call[treeAsked, treeAnswer]{Module: ofEnergy, Name: "tree"}

// Trees implements the advice module's campus.Trees. While energy is away it returns the last tree that it read.
type Trees struct {
	client *peer.Client

	mu     sync.Mutex
	digest []byte
	tree   advice.Tree
	// zones are the zones that were loaded: one pointer each, as in one process.
	zones map[string]*time.Location
}

var _ campus.Trees = (*Trees)(nil)

// NewTrees returns Trees that ask energy.
func NewTrees(client *peer.Client) *Trees {
	return &Trees{client: client, zones: make(map[string]*time.Location)}
}

// Tree returns the present campus, or the last known one while energy is away.
func (t *Trees) Tree(ctx context.Context) (advice.Tree, error) {
	t.mu.Lock()
	known, last := t.digest, t.tree
	t.mu.Unlock()
	asking := ctx
	if known != nil {
		var cancel context.CancelFunc
		asking, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	answer, err := askForAdvice(asking, t.client, treeCall, treeAsked{Known: known})
	switch {
	case peer.IsAway(err) && known != nil:
		return last, nil
	case err != nil:
		return advice.Tree{}, err
	case answer.Tree == nil:
		return last, nil
	}
	return t.take(answer)
}

// take decodes a tree and remembers it.
func (t *Trees) take(answer treeAnswer) (advice.Tree, error) {
	var sent wireTree
	if err := gob.NewDecoder(bytes.NewReader(answer.Tree)).Decode(&sent); err != nil {
		return advice.Tree{}, peer.ErrAway{Module: ofEnergy, Cause: err}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	tree, err := sent.tree(t.zone)
	if err == nil {
		t.digest, t.tree = answer.Digest, tree
	}
	return tree, err
}

// zone loads a zone once; t.mu must be locked.
func (t *Trees) zone(name string) (*time.Location, error) {
	if zone := t.zones[name]; zone != nil {
		return zone, nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		t.zones[name] = zone
	}
	return zone, err
}

func (w wireTree) tree(zoneOf func(name string) (*time.Location, error)) (advice.Tree, error) {
	tree := advice.Tree{Devices: w.Devices}
	for _, s := range w.Spaces {
		zone, err := zoneOf(s.Zone)
		if err != nil {
			return advice.Tree{}, err
		}
		tree.Spaces = append(tree.Spaces, advice.Space{
			ID: s.ID, Parent: s.Parent, Name: s.Name, Kind: advice.Level(s.Kind), AreaM2: s.AreaM2, Zone: zone,
		})
	}
	for _, m := range w.Moves {
		tree.Moves = append(tree.Moves, advice.Move{Device: m.Device, Space: m.Space, Until: instantOf(m.Until)})
	}
	return tree, nil
}

func wireOf(tree advice.Tree) wireTree {
	w := wireTree{Devices: tree.Devices}
	for _, s := range tree.Spaces {
		w.Spaces = append(w.Spaces, wireSpace{ID: s.ID, Parent: s.Parent, Name: s.Name, Kind: string(s.Kind), Zone: s.Zone.String(), AreaM2: s.AreaM2})
	}
	for _, m := range tree.Moves {
		w.Moves = append(w.Moves, wireMove{Device: m.Device, Space: m.Space, Until: msOf(m.Until)})
	}
	return w
}

// answerTrees makes a server answer with the trees of the energy module.
func answerTrees(s *peer.Server, trees campus.Trees) {
	treeCall.Answer(s, func(ctx context.Context, asked treeAsked) (treeAnswer, error) {
		tree, err := trees.Tree(ctx)
		if err != nil {
			return treeAnswer{}, err
		}
		var encoded bytes.Buffer
		if err := gob.NewEncoder(&encoded).Encode(wireOf(tree)); err != nil {
			return treeAnswer{}, err
		}
		digest := sha256.Sum256(encoded.Bytes())
		if bytes.Equal(digest[:], asked.Known) {
			return treeAnswer{Digest: digest[:]}, nil
		}
		return treeAnswer{Digest: digest[:], Tree: encoded.Bytes()}, nil
	})
}
